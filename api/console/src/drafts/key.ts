/** Where `/what-if` finds the change that is asked about, as parts of a dry run's question. */
export const DRAFT_KEY = "ringfence.draft"
