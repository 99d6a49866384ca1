// A person decides. The program stands at that line until then, for a
// moment or for days.
const user = fetch_user_data('user_456')
const action = `Delete the account of ${user.name}`
const { approved, by, reason } = human_approval(action, user)
approved ? `Deleted: ${by} agreed` : `Kept: ${by} said "${reason}"`
