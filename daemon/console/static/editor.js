/**
 * The editor of the playground: CodeMirror, which completes and explains the tools by their
 * declarations, and marks what the type check finds.
 */

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import {
  javascript,
  localCompletionSource,
  scopeCompletionSource,
} from '@codemirror/lang-javascript'
import { python } from '@codemirror/lang-python'
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language'
import { linter, lintGutter } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import { drawSelection, EditorView, hoverTooltip, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** A check asks a compiler, so it waits for a pause. */
const CHECK_PAUSE_MS = 800

/** The classes by which the pages colour sources. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], class: 'keyword' },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], class: 'cm-text' },
  { tag: [tags.number, tags.bool, tags.null], class: 'cm-number' },
  { tag: tags.comment, class: 'comment' },
])

async function ask(path, options = {}) {
  const response = await fetch(path, options)
  if (!response.ok) throw new Error(`the daemon answered ${response.status}`)
  return response
}

/** Completes the names of tools, by what declarations call them. */
function toolCompletions(tools) {
  const options = tools.map(({ name, word, description }) => ({
    label: word,
    type: 'function',
    info: description || name,
  }))
  return context => {
    const word = context.matchBefore(/[\w$.]+/)
    if (word === null && !context.explicit) return null
    return { from: word?.from ?? context.pos, options, validFor: /^[\w$.]*$/ }
  }
}

/** Shows the declaration of the tool beneath the pointer. */
function toolHover(tools) {
  const known = new Map(tools.map(({ word, name }) => [word, name]))
  return hoverTooltip(async (view, at) => {
    const { from, text } = view.state.doc.lineAt(at)
    const words = [...text.matchAll(/[\w$]+(?:\.[\w$]+)*/g)]
    const found = words.find(
      ({ index, 0: word }) => index <= at - from && at - from <= index + word.length,
    )
    const name = found && known.get(found[0])
    if (name === undefined) return null
    const response = await ask(`/console/playground/declaration?name=${encodeURIComponent(name)}`)
    const declaration = await response.text()
    return {
      pos: from + found.index,
      end: from + found.index + found[0].length,
      above: true,
      create() {
        const dom = document.createElement('pre')
        dom.className = 'declaration'
        dom.textContent = declaration
        return { dom }
      },
    }
  })
}

/** What the type check says of the program. */
async function findings(view, form) {
  const source = view.state.doc.toString()
  if (source.trim() === '') return []
  const { language, sessionId } = form.elements
  const body = new URLSearchParams({
    source,
    language: language.value,
    sessionId: sessionId.value,
  })
  const response = await ask('/console/playground/check', { method: 'POST', body })
  const { data } = await response.json()
  const { doc } = view.state
  return data
    .filter(({ code }) => code !== 'CHECK_SKIPPED')
    .map(({ line, column, code, message }) => {
      const at = doc.line(Math.min(line, doc.lines))
      const from = Math.min(at.from + column - 1, at.to)
      const word = /^[\w$]+/.exec(doc.sliceString(from, at.to))?.[0].length ?? 1
      const to = Math.min(from + word, doc.length)
      return { from, to, severity: 'warning', message: `${message} (${code})` }
    })
}

/** Puts an editor in the place of a plain field, whose text is what the form sends. */
export async function openEditor(form, field) {
  const response = await ask('/console/playground/tools')
  const { data: tools } = await response.json()
  const language = new Compartment()
  const languageOf = () =>
    form.elements.language.value === 'python'
      ? python()
      : javascript({ typescript: form.elements.language.value === 'typescript' })
  const run = () => {
    form.requestSubmit()
    return true
  }
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  const view = new EditorView({
    parent: field.parentElement,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        // Before all others: it decides whether styles are allowed.
        EditorView.cspNonce.of(document.querySelector('meta[name="style-nonce"]').content),
        EditorView.contentAttributes.of({ 'aria-labelledby': 'source-label' }),
        EditorView.theme({}, { dark: isDark }),
        EditorView.lineWrapping,
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        language.of(languageOf()),
        syntaxHighlighting(colours),
        autocompletion({
          override: [
            toolCompletions(tools),
            localCompletionSource,
            scopeCompletionSource({ console, JSON, Math, Object, Promise }),
          ],
        }),
        toolHover(tools),
        linter(view => findings(view, form), { delay: CHECK_PAUSE_MS }),
        lintGutter(),
        keymap.of([
          { key: 'Mod-Enter', run },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
      ],
    }),
  })
  field.hidden = true
  // A field that nobody sees cannot be asked for.
  field.required = false
  form.querySelector('[data-editor-help]').hidden = false
  form.elements.language.addEventListener('change', () => {
    view.dispatch({ effects: language.reconfigure(languageOf()) })
  })
  form.addEventListener('submit', () => {
    field.value = view.state.doc.toString()
  })
}
