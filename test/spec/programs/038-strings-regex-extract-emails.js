const input = 'Contact: ada@example.com, Grace Hopper <grace.hopper@navy.mil>; spam@@bad, x@y.co.uk.';
const emails = input.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g) || [];
const domains = emails.map(e => e.split('@')[1]);
return { emails, domains: [...new Set(domains)].sort() };
