/** Abbreviations of zones, as `%Z` writes them. The runtime has names in full only. */

/** By full name, without its last word `Time`. The database has numbers for all other zones. */
const abbreviations: ReadonlyMap<string, string> = new Map(
  `
UTC Coordinated Universal
GMT Greenwich Mean
BST British Summer
IST Irish Standard
WET Western European Standard
WEST Western European Summer
CET Central European Standard
CEST Central European Summer
EET Eastern European Standard
EEST Eastern European Summer
MSK Moscow Standard
MSD Moscow Summer
MSK Volgograd Standard
MSD Volgograd Summer
IST Israel Standard
IDT Israel Daylight
WAT West Africa
CAT Central Africa
EAT East Africa
SAST South Africa Standard
NST Newfoundland Standard
NDT Newfoundland Daylight
AST Atlantic Standard
ADT Atlantic Daylight
EST Eastern Standard
EDT Eastern Daylight
CST Central Standard
CDT Central Daylight
MST Mountain Standard
MDT Mountain Daylight
MST Mexican Pacific Standard
MDT Mexican Pacific Daylight
MST Yukon
PST Pacific Standard
PDT Pacific Daylight
AKST Alaska Standard
AKDT Alaska Daylight
HST Hawaii-Aleutian Standard
HDT Hawaii-Aleutian Daylight
CST Cuba Standard
CDT Cuba Daylight
SST American Samoa Standard
ChST Chamorro Standard
PKT Pakistan Standard
PKST Pakistan Summer
IST India Standard
WIB Western Indonesia
WITA Central Indonesia
WIT Eastern Indonesia
CST China Standard
CST Taiwan Standard
CST Macao Standard
HKT Hong Kong Standard
PST Philippine Standard
KST Korean Standard
KST North Korea
JST Japan Standard
AWST Australian Western Standard
AWDT Australian Western Daylight
ACST Australian Central Standard
ACDT Australian Central Daylight
AEST Australian Eastern Standard
AEDT Australian Eastern Daylight
NZST New Zealand Standard
NZDT New Zealand Daylight
`
    .trim()
    .split('\n')
    .map(line => {
      const space = line.indexOf(' ')
      return [line.slice(space + 1), line.slice(0, space)] as const
    }),
)

const HOUR_SECONDS = 3600
const MINUTE_SECONDS = 60

/** The abbreviation of a zone with this name in full at this offset, in seconds ahead of UTC. */
export function abbreviationOf(name: string, offset: number): string {
  // Clocks showed the sun's own time before there were zones.
  if (offset % MINUTE_SECONDS !== 0) return 'LMT'
  const known = abbreviations.get(name.replace(/ Time$/, ''))
  if (known !== undefined) return known
  const size = Math.abs(offset)
  const minutes = (size % HOUR_SECONDS) / MINUTE_SECONDS
  const hours = Math.floor(size / HOUR_SECONDS)
  const text = [hours, ...(minutes === 0 ? [] : [minutes])].map(part => `${part}`.padStart(2, '0'))
  return `${offset < 0 ? '-' : '+'}${text.join('')}`
}
