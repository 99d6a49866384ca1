const rules = {
  name: [v => v?.length > 1 || 'name too short'],
  age: [v => Number.isInteger(v) || 'age must be an integer', v => v >= 18 || 'too young'],
  email: [v => /^\S+@\S+\.\S+$/.test(v) || `bad email: ${v}`],
};
const validate = input => Object.entries(rules).flatMap(([field, checks]) => checks.map(check => check(input[field])).filter(r => r !== true));
[validate({ name: 'Al', age: 20, email: 'a@b.co' }), validate({ name: 'A', age: 15.5, email: 'nope' }), validate({})];
