/** Why a call is given up whose execution goes on in another process: its tool may work on. */
export class Suspended extends Error {
  override readonly name = 'Suspended'

  constructor() {
    super('The daemon is stopping')
  }
}
