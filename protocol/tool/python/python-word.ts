/** Words that Python keeps for itself. */
const keywords = new Set(
  [
    'False None True and as assert async await break class continue def del elif else except',
    'finally for from global if import in is lambda nonlocal not or pass raise return try while',
    'with yield',
  ].flatMap(line => line.split(' ')),
)

/** A name as Python can write it; as `python_name` of `executor/guest-python/tools.py` does. */
export function pythonWord(name: string): string {
  const word = name.replace(/[^\p{L}\p{N}_]/gu, '_')
  const start = word === '' || /^\p{N}/u.test(word) ? `_${word}` : word
  return keywords.has(start) ? `${start}_` : start
}
