/** What Prometheus' own linter, `promtool check metrics`, would find in an exposition. */

interface Family {
  readonly type: string
  readonly help: string
  readonly samples: Map<string, Set<string>>
}

const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped']
/** Units that are not base units, as the linter knows them. */
const SCALED =
  /(^|_)(milli|micro|nano|kilo|mega|giga|kibi|mebi|gibi)?(minutes?|hours?|days?|weeks?|milliseconds?|microseconds?|kilobytes?|megabytes?|bits?|ms|us|ns|kb|mb)(_|$)/
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/
const LABELS = /^(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*"(?:,|$))*$/

/** One line for each fault; empty for a clean exposition. */
export function expositionFaults(text: string): string[] {
  const faults: string[] = []
  const families = new Map<string, Family>()
  const helps = new Map<string, string>()
  const seen = new Set<string>()
  if (!text.endsWith('\n')) faults.push('the last line does not end')
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? []
    if (kind === 'HELP') {
      if (helps.has(name)) faults.push(`${name}: a second HELP`)
      helps.set(name, rest)
    } else if (kind === 'TYPE') {
      if (families.has(name)) faults.push(`${name}: a second TYPE`)
      if (!TYPES.includes(rest)) faults.push(`${name}: unknown type ${rest}`)
      families.set(name, { type: rest, help: helps.get(name) ?? '', samples: new Map() })
    } else faults.push(...sampleFaults(line, families, seen))
  }
  for (const [name, family] of families) faults.push(...familyFaults(name, family))
  return faults
}

function sampleFaults(line: string, families: Map<string, Family>, seen: Set<string>): string[] {
  const [, name = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
  if (name === '') return [`cannot be read: ${line}`]
  const faults: string[] = []
  if (!LABELS.test(labels)) faults.push(`labels cannot be read: ${line}`)
  if (Number.isNaN(Number(value.replace('Inf', 'Infinity'))) && value !== 'NaN') {
    faults.push(`no number: ${line}`)
  }
  if (seen.has(`${name}{${labels}}`)) faults.push(`twice: ${line}`)
  seen.add(`${name}{${labels}}`)
  const base = name.replace(/_(bucket|sum|count)$/, '')
  const family = families.get(name) ?? families.get(base)
  if (family === undefined) return [...faults, `${name}: no TYPE before it`]
  const ofName = family.samples.get(name) ?? new Set()
  family.samples.set(name, ofName.add(labels))
  return faults
}

function familyFaults(name: string, { type, help, samples }: Family): string[] {
  const isHistogram = type === 'histogram'
  const labels = [...samples.values()].flatMap(set => [...set])
  const rules: [boolean, string][] = [
    [help === '', 'no help text'],
    [/[A-Z]/.test(name), 'camelCase'],
    [name.includes(':'), 'a colon is for recording rules'],
    [SCALED.test(name), 'no base unit'],
    [new RegExp(`_(${TYPES.join('|')})(_|$)`).test(name), 'the type in the name'],
    [type === 'counter' && !name.endsWith('_total'), 'a counter without _total'],
    [type !== 'counter' && name.endsWith('_total'), '_total, but not a counter'],
    [/_(bucket|sum|count)$/.test(name), 'a suffix of histograms'],
    [!isHistogram && labels.some(text => /(^|,)le="/.test(text)), 'le, but not a histogram'],
    [
      type !== 'summary' && labels.some(text => /(^|,)quantile="/.test(text)),
      'quantile, but not a summary',
    ],
    [isHistogram && !isWhole(name, samples), 'a histogram without +Inf, sum or count'],
  ]
  return rules.flatMap(([isBroken, rule]) => (isBroken ? [`${name}: ${rule}`] : []))
}

function isWhole(name: string, samples: Family['samples']): boolean {
  if (samples.size === 0) return true
  const buckets = [...(samples.get(`${name}_bucket`) ?? [])]
  const infinite = buckets.filter(labels => labels.includes('le="+Inf"')).length
  const [sums, counts] = ['sum', 'count'].map(part => samples.get(`${name}_${part}`)?.size ?? 0)
  return infinite > 0 && infinite === sums && infinite === counts
}
