const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const delimiters = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/

/** RFC 6265, 5.1.1: a date in any order and with any separators. Milliseconds since 1970, undefined where it is none. */
export function parseCookieDate(text: string): number | undefined {
  let time: [hours: number, minutes: number, seconds: number] | undefined
  let day: number | undefined
  let month: number | undefined
  let year: number | undefined
  for (const token of text.split(delimiters)) {
    const clock = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/.exec(token)
    if (time === undefined && clock !== null) {
      time = [Number(clock[1]), Number(clock[2]), Number(clock[3])]
      continue
    }
    const digits = /^(\d{1,4})(?:\D|$)/.exec(token)?.[1]
    if (day === undefined && digits !== undefined && digits.length <= 2) {
      day = Number(digits)
      continue
    }
    const name = months.indexOf(token.slice(0, 3).toLowerCase())
    if (month === undefined && name >= 0) {
      month = name
      continue
    }
    if (year === undefined && digits !== undefined && digits.length >= 2) year = fullYear(Number(digits))
  }
  if (time === undefined || day === undefined || month === undefined || year === undefined) return undefined
  const [hours, minutes, seconds] = time
  if (day < 1 || year < 1601 || hours > 23 || minutes > 59 || seconds > 59) return undefined
  const at = new Date(Date.UTC(year, month, day, hours, minutes, seconds))
  // The 31st of a shorter month is no date.
  return at.getUTCDate() === day ? at.getTime() : undefined
}

function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return year + 1900
  return year <= 69 ? year + 2000 : year
}
