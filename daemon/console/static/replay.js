/** The slider: each place that it comes to is shown as soon as the daemon has replayed it. */

import { renewPage } from './live.js'

const slider = document.querySelector('#at')
const path = location.pathname
let isBusy = false

/** Marks the line of the moment that is shown. */
function mark() {
  const { line = '', at } = document.querySelector('[data-line]').dataset
  for (const marked of document.querySelectorAll('.source .at')) {
    marked.classList.remove('at')
    marked.removeAttribute('aria-label')
  }
  if (line !== '') {
    const now = document.querySelector(`#L${line}`)
    now.classList.add('at')
    now.setAttribute('aria-label', 'it stands here')
    now.scrollIntoView({ block: 'nearest' })
  }
  history.replaceState(null, '', `${path}?at=${at}`)
}

/** Shows where the slider is; places that it passed meanwhile are left out. */
async function show() {
  if (isBusy) return
  isBusy = true
  let shown
  while (shown !== slider.value) {
    shown = slider.value
    try {
      if (!(await renewPage(`${path}?at=${shown}`))) location.reload()
      else mark()
    } catch (error) {
      document.querySelector('[data-region="moment"]').textContent = `Not shown: ${error.message}`
    }
  }
  isBusy = false
}

slider.addEventListener('input', show)
document.querySelector('form.slider').addEventListener('submit', event => {
  event.preventDefault()
  const step = Number(event.submitter?.name === 'step' ? event.submitter.value : 0)
  slider.value = String(Number(slider.value) + step)
  show()
})
