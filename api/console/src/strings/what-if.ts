/** Texts of the dry runs. */
const plural = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`

export const whatIf = {
  title: "What if",
  intro: "Judge a change over the last days' positions before it is made. Nothing is stored.",
  change: "The change",
  zone: (id: string) => `Zone ${id} as drawn`,
  condition: (order: string, condition: string) =>
    `Order ${order}, condition ${condition}: hours as edited`,
  conditionOf: (condition: string, order: string) => `${condition} in order ${order}`,
  everywhere: (condition: string) => `${condition} in every order that has it`,
  noDraft: "Nothing is drafted yet.",
  noDraftHint:
    "Edit hours or draw a zone and ask from there, or try other parameters for a condition here.",
  drop: "Leave it out",
  parametersTitle: "Other parameters",
  conditionLabel: "Condition",
  orderLabel: "Order",
  anyOrder: "every order that has it",
  chooseCondition: "Choose a condition",
  everyOrder: (id: string, orders: number) => `${id} in ${plural(orders, "order")}`,
  parameter: {
    threshold: "Positions before confirmed",
    buffer_m: "Outer ring, metres",
    dwell_s: "Seconds before confirmed",
    grace_s: "Seconds before somebody is paged",
    confidence: "Sureness, 0.5 to 1",
  },
  asNow: (value: number | string) => `now ${value}`,
  add: "Add to the change",
  days: "Over the last",
  daysUnit: "days",
  run: "Ask",
  again: "Ask again",
  cancel: "Give up",
  waiting: "Waiting for another dry run to end …",
  running: (done: number, of: number) => `${done} of ${plural(of, "wearer")} judged`,
  cancelled: "Given up. Nothing was stored.",
  failed: "It could not be judged",
  gone: "This answer is not kept any more: ask again.",
  asked: (at: string) => `Asked ${at}`,
  nobody: "This change concerns nobody: no condition in force uses it.",
  sentence: (
    added: number,
    addedOf: number,
    removed: number,
    removedOf: number,
    changed: number,
    window: string,
  ) => {
    const of = (count: number, wearers: number) =>
      `${plural(count, "alert")} for ${plural(wearers, "wearer")}`
    const parts = []
    if (added) parts.push(`added ${of(added, addedOf)}`)
    if (removed) parts.push(`removed ${of(removed, removedOf)}`)
    if (changed) parts.push(`changed ${changed}`)
    if (!parts.length) return `This change would have made no difference in ${window}.`
    return `This change would have ${parts.join(" and ")} in ${window}.`
  },
  window: (days: number) => (days === 1 ? "the last day" : `the last ${days} days`),
  judged: (positions: number, seconds: number) =>
    `${positions.toLocaleString("en")} positions judged in ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`,
  unchanged: (count: number) => `${plural(count, "alert")} would be the same.`,
  byWearer: "By wearer",
  counts: (added: number, removed: number, changed: number) =>
    [added && `${added} added`, removed && `${removed} removed`, changed && `${changed} changed`]
      .filter(Boolean)
      .join(", ") || "no difference",
  effects: { added: "Added", removed: "Removed", changed: "Changed", unchanged: "Same" },
  still: "still",
  deep: (metres: string) => `${metres} deep`,
  times: (count: number) => `${count} times`,
  before: "before:",
  showDay: "That day",
  without: (names: string) => `Nothing is known of ${names}: no position in these days.`,
  assumptions: "What it takes for granted",
  apply: "Make the change",
  applyHint: "From now on; what was before is not judged anew.",
  applying: "Saving …",
  applied: "Made. It is in force from now on.",
  cannotApply: "Parameters for every order at once cannot be made from here: change each order.",
  toDraft: "Back to the draft",
  reason: "Why",
} as const
