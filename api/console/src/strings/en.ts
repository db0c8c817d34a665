/**
 * Every text that people read, in English. A translation is a file of the same shape.
 *
 * One section for each page or shared part; what depends on numbers or names is a function.
 */
export const en = {
  product: "Ringfence",

  navigation: {
    label: "Main",
    skip: "Skip to the content",
    alerts: "Alerts",
    wearers: "Wearers",
    zones: "Zones",
    orders: "Orders",
    whatIf: "What if",
    floor: "Floor",
    settings: "Settings",
    menu: "Menu",
  },

  connection: {
    connecting: "Connecting …",
    live: "Live",
    lost: (asOf: string | null, ago: string | null) =>
      asOf
        ? `Connection lost. This is the picture of ${asOf}, ${ago} ago. Nothing new shows until it is back.`
        : "No connection to the server yet. Nothing is shown.",
    lostShort: (ago: string | null) => (ago ? `Lost ${ago} ago` : "No connection"),
  },

  operator: {
    question: "Who is at this desk?",
    explain:
      "Your name goes into the history of every alert you handle. It is kept in this browser only.",
    label: "Your name or staff number",
    hint: "Letters, digits and . _ : @ - , no spaces; for example kim or kim@centre",
    wrong: "Use 1 to 64 letters, digits and . _ : @ -",
    save: "Begin",
    change: "Change",
    none: "No name given",
  },

  theme: { label: "Appearance", system: "As the system", light: "Light", dark: "Dark" },

  settings: { title: "Settings", operator: "Operator", appearance: "Appearance" },

  severity: { critical: "Critical", serious: "Serious", advisory: "Advisory", system: "System" },

  state: { open: "Open", acknowledged: "Acknowledged", closed: "Closed" },

  common: {
    loading: "Loading …",
    retry: "Try again",
    cancel: "Cancel",
    close: "Close",
    none: "None",
    unknown: "unknown",
    back: "Back",
  },

  problem: {
    title: "That did not work",
    unreachable: "The server cannot be reached.",
    status: (status: number) => `The server answered ${status}.`,
    noPage: "There is no such page.",
    noPageHint: "The address may be misspelt, or from another version.",
    toQueue: "To the alerts",
    broken: "This page failed. The other pages still work.",
  },

  map: {
    label: "Map",
    loading: "Loading the map …",
    failed: "The map cannot be drawn here (no WebGL). Everything on it is also said in words.",
  },

  shortcuts: {
    title: "Keyboard",
    here: "On this page",
    everywhere: "Everywhere",
    show: "Show this help",
    close: "Close",
  },
} as const
