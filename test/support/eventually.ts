/** Waits for what nobody tells of: by asking again, with a bound. */

/** Asks until an answer satisfies, with a bound. */
export async function eventually<T>(ask: () => Promise<T>, isEnough: (answer: T) => boolean) {
  const untilMs = Date.now() + 30_000
  for (;;) {
    const answer = await ask()
    if (isEnough(answer)) return answer
    if (Date.now() > untilMs) throw new Error(`not in time: ${JSON.stringify(answer)}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
