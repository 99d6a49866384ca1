/** A tool module: a call of it is made once, and costs nothing. */
export default {
  name: 'pay',
  description: 'Gives what it got',
  execute: (amount: unknown) => amount,
}
