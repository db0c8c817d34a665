/** Numbers as a judge reads them: no digit more than the measurement bears, none left out. */

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** `1,243.7 m`: as computed, to a tenth of a metre. */
export function metres(value: number): string {
  return `${tenths.format(value)} m`
}

/** `50 m`: as ordered. */
export function wholeMetres(value: number): string {
  return Number.isInteger(value) ? `${grouped.format(value)} m` : metres(value)
}

/** `0.0968`; beyond four digits only that it is beyond. */
export function probability(value: number): string {
  if (value > 0.9999) return "> 0.9999"
  if (value < 0.0001) return "< 0.0001"
  return value.toFixed(4)
}

/** `45 s`, `20 min`, `1 h 30 min`: as ordered, exactly. */
export function seconds(value: number): string {
  if (value < 120 || value % 60) return `${grouped.format(value)} s`
  const min = value / 60
  if (min < 120 || min % 60) return `${grouped.format(min)} min`
  return `${grouped.format(min / 60)} h`
}
