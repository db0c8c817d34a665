/**
 * Every text that people read, in English. A translation is a file of the same shape.
 *
 * One section for each page or shared part; what depends on numbers or names is a function.
 */
import type { CloseCode, EpisodeKind } from "$/api/types"

const kind = {
  exclusion_entered: "Entered a forbidden zone",
  exclusion_present_at_start: "In a forbidden zone as it began",
  inclusion_left: "Left the permitted area",
  curfew_absent_at_start: "Absent as curfew began",
  curfew_late_return: "Late for curfew",
  curfew_left_during: "Left during curfew",
  curfew_out_at_end: "Out as curfew ended",
  curfew_out_entire: "Out for the whole curfew",
  attendance_late: "Late for attendance",
  attendance_left_early: "Left attendance early",
  attendance_missed: "Attendance missed",
  attendance_unverified: "Attendance not verified",
  missed_call_in: "Device silent",
  location_lost: "Location lost",
  proximity: "Near a protected person",
  counterpart_unknown: "Protected person's place unknown",
  buffer_entered: "In the ring round a zone",
  possible_transit: "May have crossed a zone",
  strap_tamper: "Strap tampering",
  case_tamper: "Case tampering",
  jamming: "Jamming",
  shielding: "Shielding",
  sos: "Call for help (SOS)",
  battery_dead: "Battery dead",
  battery_critical: "Battery critical",
  battery_low: "Battery low",
  beacon_moved: "Home unit moved",
  beacon_power_lost: "Home unit without power",
  charging: "Charging",
  motion_without_gnss: "Moving without GNSS",
  no_motion: "No motion",
  sequence_gap: "Messages missing",
  clock_skew: "Device clock wrong",
  implausible_position: "Implausible position",
  never_reported: "Device never reported",
  tamper_repeated: "Repeated tampering",
  position_without_activation: "Device nobody wears",
  ingest_stalled: "Ingest stalled",
  backlog: "Backlog",
  vendor_silent: "Vendor silent",
  coverage_gap: "Coverage gap",
  capacity_forecast: "Store filling up",
  canary_lost: "Canary lost",
} satisfies Record<EpisodeKind, string>

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

  /** The engine itself is not well. */
  unwell: {
    untrusted: (since: string | null) =>
      since
        ? `No alert can be trusted to arrive since ${since}.`
        : "No alert can be trusted to arrive.",
    phone: (onCall: string) => (onCall ? `Phone ${onCall}.` : "Phone the on-call engineer."),
    since: (at: string) => `Since ${at}.`,
    cause: {
      unreachable: () => "The server does not answer.",
      store: () => "The store cannot be used: nothing is judged, recorded or acknowledged.",
      engine: () => "The engine does not judge what comes in.",
      source: () => "The engine is cut off from the devices: nothing they send is heard.",
      canary: () => "The engine’s own test messages get lost: those of devices may, too.",
      unpublished: () =>
        "The engine’s own test messages cannot be sent: nobody checks that alerts would arrive.",
      backlog: () => "Messages wait to be judged: alerts come late.",
      vendor: (vendor: string) =>
        `Nothing comes from ${vendor}: its wearers are not watched. Call the vendor.`,
    } satisfies Record<string, (subject: string) => string>,
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

  kind,

  closeCode: {
    violation: "Violation",
    authorised: "Authorised absence",
    false_alarm: "False alarm",
    equipment: "Equipment",
    resolved: "Resolved",
    other: "Other",
  } satisfies Record<CloseCode, string>,

  title: (page: string, unseen: number) =>
    `${unseen ? `(${unseen} !) ` : ""}${page ? `${page} – ` : ""}Ringfence`,

  alarm: {
    label: "Sound for new critical alerts",
    on: "Sound is on: a tone for each new critical alert",
    off: "Sound is off",
    blocked: "Sound is on, but this browser gives none until you click or press a key here",
    said: (count: number, who: string, what: EpisodeKind) =>
      count === 1
        ? `New critical alert: ${who ? `${who}, ` : ""}${kind[what]}`
        : `${count} new critical alerts`,
  },

  queue: {
    title: "Alerts",
    list: "Alerts that are not closed",
    opened: "The alert that is open",
    wholePage: "On a page of its own",
    open: (count: number) => `${count.toLocaleString("en")} not closed`,
    shown: (count: number, all: number) =>
      `${count.toLocaleString("en")} shown of ${all.toLocaleString("en")} not closed`,
    load: (tenMinutes: number, hour: number, operators: number) =>
      `Alarms: ${tenMinutes} in 10 min, ${hour} in an hour; ${operators} at work`,
    loadExplained:
      "Alarms raised (advisory ones not counted) and operators who did something within the hour. One operator can deal with about one alarm in ten minutes (EEMUA 191, ISA-18.2).",
    flood: (tenMinutes: number, operators: number) =>
      `Flood: ${tenMinutes} alarms in 10 min for ${operators} at work. Take the critical ones first, call for help.`,
    search: "Search name, id, kind",
    filters: (set: number) => (set ? `Filters (${set})` : "Filters"),
    above: (count: number) => `${count} new above`,
    others: (count: number) =>
      count === 1 ? "1 more of the same wearer" : `${count} more of the same wearer`,
    times: (count: number) => `×${count}`,
    taken: "In hand",
    left: (time: string) => `${time} left`,
    over: (time: string) => `${time} over`,
    flags: {
      closed: "Closed",
      retracted: "Retracted",
      restored: "Restored",
      unconfirmed: "Unconfirmed",
      amended: "Amended",
      gap: "Engine gap",
    },
    columns: {
      severity: "Severity",
      who: "Wearer",
      what: "What and why",
      hands: "In hand of",
      age: "Age",
      due: "Take within",
    },
    filter: {
      severity: "Severity",
      state: "State",
      kind: "Kind",
      officer: "Officer",
      agency: "Agency",
      mine: "In my hands",
      flat: "Each alert on its own row",
      any: "Any",
      clear: "Take the filters off",
      sort: "Order",
      sorts: { worst: "Worst, then oldest", oldest: "Oldest", due: "Next deadline" },
    },
    keys: {
      down: "Next alert",
      up: "Previous alert",
      pageDown: "Ten down",
      pageUp: "Ten up",
      first: "First alert",
      last: "Last alert",
      expand: "Show the wearer's other alerts",
      collapse: "Hide them",
      open: "Open the alert",
      close: "Close what is beside the list",
      search: "Search",
      filters: "Filters",
    },
    empty: {
      nothing: "Nothing open",
      lastClosed: (when: string) => `The last alert was closed ${when}.`,
      neverAny: "There has been no alert yet.",
      engineWell: "The engine is well.",
      engineUnwell: "The engine is not well: there may be more than is shown.",
      unknown: "How the engine is could not be found out.",
      filtered: "No alert fits these filters",
      others: (count: number) =>
        count === 1
          ? "1 other is not closed."
          : `${count.toLocaleString("en")} others are not closed.`,
    },
  },

  actions: {
    about: (who: string, what: EpisodeKind) => (who ? `${who}: ${kind[what]}` : kind[what]),
    acknowledge: "Acknowledge",
    close: "Close",
    note: "Note",
    assign: "Assign",
    title: { close: "Close the alert", note: "Add a note", assign: "Assign the alert" },
    send: { close: "Close the alert", note: "Add the note", assign: "Assign" },
    code: "What was it?",
    codeMissing: "Choose what it was.",
    noteMissing: "Write a note: what was found, what was done.",
    noteOptional: "Note (not required)",
    to: "Into whose hands",
    toHint: "An operator's name; leave it empty for nobody's.",
    sendHint: "Ctrl + Enter sends",
    underWay: {
      acknowledge: "Acknowledging …",
      close: "Closing …",
      note: "Noting …",
      assign: "Assigning …",
    },
    done: {
      acknowledge: (who: string) => `Acknowledged. ${who}`,
      close: (who: string) => `Closed. ${who}`,
      note: (who: string) => `Noted. ${who}`,
      assign: (who: string) => `Assigned. ${who}`,
    },
    already: {
      acknowledge: (who: string) => `Had been acknowledged already. ${who}`,
      close: (who: string) => `Had been closed already. ${who}`,
      note: (who: string) => `Nothing to note. ${who}`,
      assign: (who: string) => `Had been assigned so already. ${who}`,
    },
    failed: (who: string, reason: string) => `Not done. ${who}. ${reason}`,
    notLive: "Not done: the connection is lost. What you see may no longer be so.",
  },

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
    noBase: (why: string) => `The base map is not there${why ? `: ${why}` : "."}`,
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
