const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const TIME = '(?<time>\\d\\d:\\d\\d:\\d\\d)'
const MONTH = `(?<month>${months.join('|')})`

/** The three forms of RFC 9110 §5.6.7: that of today, that of RFC 850, and that of asctime in C. */
const forms = [
  new RegExp(`^[A-Z][a-z]{2}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{5,8}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{2} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
]

/** An HTTP date as milliseconds since 1970; undefined for anything else. `epochMs` tells the century of a short year. */
export function httpDateMs(text: string, epochMs: number): number | undefined {
  const found = forms.map(form => form.exec(text)?.groups).find(groups => groups !== undefined)
  if (found === undefined) return undefined
  const { day = '', month = '', year = '', time = '' } = found
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  // 60 is a leap second, which time in the computer's own count does not have.
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined
  const fullYear = year.length === 4 ? Number(year) : inCentury(Number(year), new Date(epochMs).getUTCFullYear())
  const dateMs = Date.UTC(fullYear, months.indexOf(month), Number(day))
  // The 31st of February would be a day in March.
  if (new Date(dateMs).getUTCDate() !== Number(day)) return undefined
  return dateMs + ((hours * 60 + minutes) * 60 + seconds) * 1_000
}

/** A year of two digits: one that looks more than 50 years away is the latest in the past that ends so (RFC 9110). */
function inCentury(shortYear: number, thisYear: number): number {
  const year = thisYear - (thisYear % 100) + shortYear
  return year > thisYear + 50 ? year - 100 : year
}
