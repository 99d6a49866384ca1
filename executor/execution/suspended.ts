/**
 * The reason with which a call is aborted when its execution goes on elsewhere. Its tool may work
 * on.
 */
export class Suspended extends Error {
  override readonly name = 'Suspended'

  constructor() {
    super('The daemon is stopping')
  }
}
