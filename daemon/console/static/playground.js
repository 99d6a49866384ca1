/** The playground: an editor in place of the plain field, as soon as its modules are here. */

const form = document.querySelector('form.playground')
const field = form.querySelector('#source')

field.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit()
})

const { openEditor } = await import(form.dataset.editor)
openEditor(form, field)
