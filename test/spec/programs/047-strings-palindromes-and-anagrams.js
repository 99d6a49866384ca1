const clean = s => s.toLowerCase().replace(/[^a-z]/g, '');
const isPalindrome = s => clean(s) === [...clean(s)].reverse().join('');
const signature = s => [...clean(s)].sort().join('');
const phrases = ['A man, a plan, a canal: Panama', 'No lemon, no melon', 'Hello'];
const groups = {};
for (const w of ['listen', 'silent', 'enlist', 'google', 'elgoog']) (groups[signature(w)] ??= []).push(w);
[phrases.map(p => isPalindrome(p)), Object.values(groups)];
