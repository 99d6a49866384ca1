/** Approvals by keyboard, a question before a destructive one, and notifications. */

import { isTyping } from './console.js'
import './notifications.js'

const forms = () => [...document.querySelectorAll('.approval:has(form)')]
const chosen = () => document.activeElement?.closest('.approval') ?? undefined

/** Chooses the approval before or after the chosen one. */
function choose(step) {
  const all = forms()
  if (all.length === 0) return
  const at = all.indexOf(chosen())
  const next = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))
  all[next].focus()
  all[next].scrollIntoView({ block: 'nearest' })
}

/** Asks once more before what cannot be undone. */
function confirmFirst(approval, submit) {
  const dialog = document.createElement('dialog')
  const title = document.createElement('h2')
  title.textContent = `Approve ${approval.dataset.approval}?`
  title.id = 'confirm-title'
  const text = document.createElement('p')
  text.textContent = 'It is destructive: it cannot be undone.'
  const form = document.createElement('form')
  form.method = 'dialog'
  const yes = document.createElement('button')
  yes.textContent = 'Approve'
  yes.value = 'yes'
  yes.className = 'danger'
  const no = document.createElement('button')
  no.textContent = 'Go back'
  no.value = 'no'
  form.append(yes, no)
  dialog.append(title, text, form)
  dialog.setAttribute('aria-labelledby', title.id)
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (dialog.returnValue === 'yes') submit()
    else approval.focus()
  })
  document.body.append(dialog)
  dialog.showModal()
  yes.focus()
}

function approve(approval) {
  const form = approval.querySelector('form.decision')
  form.requestSubmit(form.querySelector('[data-approve]'))
}

document.addEventListener('submit', event => {
  const { target: form, submitter } = event
  const confirmation = form.querySelector('[data-confirm]')
  if (submitter?.dataset.approve === undefined || confirmation === null || confirmation.checked)
    return
  event.preventDefault()
  confirmFirst(form.closest('.approval'), () => {
    confirmation.checked = true
    form.requestSubmit(submitter)
  })
})

document.addEventListener('keydown', event => {
  const approval = chosen()
  if (event.key === 'Escape' && approval !== undefined && isTyping(event)) {
    approval.focus()
    return
  }
  const isSubmit = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
  if (isSubmit && approval !== undefined) {
    event.preventDefault()
    approve(approval)
    return
  }
  if (isTyping(event) || document.querySelector('dialog[open]') !== null) return
  const field = selector => approval?.querySelector(selector)?.focus()
  switch (event.key) {
    case 'j':
      return choose(1)
    case 'k':
      return choose(-1)
    case 'e':
      event.preventDefault()
      return field('textarea, select')
    case 'r':
      event.preventDefault()
      return field('[name="reason"]')
    case 'Enter':
      // A link or a button in it has a meaning of its own.
      if (document.activeElement !== approval || !approval.querySelector('form')) return
      event.preventDefault()
      approve(approval)
  }
})

/** Enter in the reason of a rejection rejects: a form's first button would approve. */
document.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || event.target.name !== 'reason') return
  event.preventDefault()
  const form = event.target.form
  form.requestSubmit(form.querySelector('[data-reject]'))
})

// From another page by its key: the first one is chosen.
if (location.pathname === '/console/approvals') choose(0)
