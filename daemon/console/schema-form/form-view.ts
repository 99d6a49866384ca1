/** The fields of a form, as markup. */

import { html } from 'hono/html'
import { type Html, nothing } from '../page.ts'
import { shownText } from '../texts.ts'
import type { Field } from './fields.ts'

/** Begins the names of the fields of an input, so that they meet no others of their form. */
export const ARG = 'arg.'
/** The name of the field that has the whole input as JSON. */
export const WHOLE = 'args'

const MAX_ROWS = 12

/** A form for an input. */
export interface FormView {
  readonly fields: readonly Field[] | undefined
  /** The present input; `undefined` for none. */
  readonly input: unknown
  /** What was sent, when it could not be taken and is shown again. */
  readonly given?: URLSearchParams | undefined
  /** The beginning of the ids of the fields: other forms of the page have others. */
  readonly id: string
}

/** The fields with their labels. */
export function inputFields({ fields, input, given, id }: FormView): Html {
  if (fields === undefined) {
    const text = given?.get(WHOLE) ?? JSON.stringify(input, null, 2) ?? ''
    return html`<div class="field"><label for="${id}-args">Input as JSON</label>
${area(WHOLE, `${id}-args`, text, undefined)}</div>`
  }
  return html`${fields.map((field, i) => {
    const value = (input as Readonly<Record<string, unknown>> | undefined)?.[field.name]
    return inputField(field, value, given, `${id}-${i}`)
  })}`
}

function inputField(
  field: Field,
  value: unknown,
  given: URLSearchParams | undefined,
  id: string,
): Html {
  const { name, kind, isRequired, description, choices } = field
  const text = given?.get(ARG + name) ?? textOf(value, kind)
  const about = description === undefined ? undefined : `${id}-about`
  const note = html`${
    description === undefined
      ? nothing
      : html`<p class="about" id="${about}">${shownText(description)}</p>`
  }${hiddenMarks(value)}`
  return html`<div class="field"><label for="${id}">${shownText(name)}${
    isRequired ? nothing : html` <span class="beside">optional</span>`
  }${kind === 'json' ? html` <span class="beside">JSON</span>` : nothing}</label>
${
  kind === 'choice' || kind === 'boolean'
    ? choice(field, id, text, kind === 'boolean' ? ['true', 'false'] : choices, about)
    : area(ARG + name, id, text, about)
}${note}</div>`
}

/** Texts may have lines, which only this control keeps. */
function area(name: string, id: string, text: string, about: string | undefined): Html {
  const rows = Math.min(MAX_ROWS, text.split('\n').length)
  // Browsers take away one line end at the beginning.
  return html`<textarea id="${id}" name="${name}" rows="${rows}" spellcheck="false"${describedBy(about)}>
${text}</textarea>`
}

function choice(
  { name, isRequired }: Field,
  id: string,
  text: string,
  choices: readonly string[],
  about: string | undefined,
): Html {
  const option = (value: string, label: string) =>
    html`<option value="${value}"${value === text ? html` selected` : nothing}>${label}</option>`
  return html`<select id="${id}" name="${ARG + name}"${describedBy(about)}>${
    isRequired ? nothing : option('', '(none)')
  }${choices.map(one => option(one, shownText(one)))}</select>`
}

const describedBy = (id: string | undefined): Html =>
  id === undefined ? nothing : html` aria-describedby="${id}"`

/** The text of a field that has a value. */
export function textOf(value: unknown, kind: Field['kind']): string {
  if (value === undefined) return ''
  return typeof value === 'string' && kind !== 'json' ? value : JSON.stringify(value, null, 2)
}

/** A field shows a text as it is; marks that are not seen, or reorder what is, are written out. */
function hiddenMarks(value: unknown): Html {
  if (typeof value !== 'string' || shownText(value) === value.replaceAll('\r\n', '\n'))
    return nothing
  return html`<p class="fault">It has hidden characters: <code>${shownText(value)}</code></p>`
}
