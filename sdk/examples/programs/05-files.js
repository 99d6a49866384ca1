// Files through tools; a missing one is an error that the program
// catches.
write_file('notes.txt', 'first line\n')
append_file('notes.txt', 'second line\n')
const lines = read_file('notes.txt').trim().split('\n')
let missing
try {
  read_file('nowhere.txt')
} catch (error) {
  missing = `${error.name} ${error.code}`
} finally {
  console.log('lines:', lines.length)
}
final_answer({ lines, missing })
