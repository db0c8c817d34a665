/** The texts of the console in the language of its people. One language so far. */
import { en } from "./en"

export const strings = en
