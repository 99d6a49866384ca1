import { type DiagnosedProgram, Diagnosis } from '../../diagnosis/diagnosis.ts'

/** A program that runs, with what its diagnosis needs should it fail. */
export class FailedProgram {
  readonly source: string
  readonly toolNames: readonly string[]
  readonly diagnosis: Diagnosis

  constructor(program: DiagnosedProgram) {
    this.source = program.source
    this.toolNames = program.toolNames
    this.diagnosis = new Diagnosis(program)
  }
}
