import t from 'tap'
import { readPlan, serializePlan } from '../../daemon/replay/stored-plan.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import type { JsonSchema } from '../../protocol/schema.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'

const object = { type: 'object' }
const toolOf = (inputSchema: JsonSchema) =>
  normalizeTool({ name: 'save', description: '', inputSchema, execute: () => undefined })
const planOf = (toolbox: Toolbox) =>
  serializePlan(
    { toolbox, limits: {}, language: 'javascript' } as unknown as ExecutionPlan,
    'runtime',
  )

/** Reads a plan beside the tools that there are now. */
const read = (plan: string, toolbox: Toolbox) =>
  readPlan({ plan, executionId: 'exe', owner: 'local', source: '' } as never, toolbox).plan.toolbox

const record = { ...object, properties: { document: object }, required: ['document'] }
const toolbox = new Toolbox([toolOf(record)])

t.test('a plan keeps how arguments are read', async t => {
  t.equal(read(planOf(toolbox), toolbox), toolbox)
  const open = new Toolbox([toolOf({ ...record, additionalProperties: true })])
  t.equal(
    read(planOf(toolbox), open).get('save').change,
    'its schema takes other objects than it did',
  )
})

/** A plan as it was written before. */
const older = (tools: readonly object[]) =>
  JSON.stringify({ ...JSON.parse(planOf(toolbox)), tools })

t.test('a program of an older plan has its arguments read as it began', async t => {
  const plan = older([
    { name: 'save', inputForm: 'record', parameters: ['document'], effect: 'once' },
  ])
  const { guestTools, tools } = read(plan, toolbox)
  t.equal(tools[0]?.change, undefined)
  t.strictSame(JSON.parse(guestTools), [['save', 'save', ['document']]])
})

t.test('an older plan has open objects without properties as one value', async t => {
  const now = new Toolbox([toolOf(object)])
  const plan = older([{ name: 'save', inputForm: 'value', parameters: [], effect: 'once' }])
  const { guestTools, tools } = read(plan, now)
  t.strictSame([tools[0]?.change, tools[0]?.inputForm], [undefined, 'value'])
  t.strictSame(JSON.parse(guestTools), [['save', 'save', null]])
})
