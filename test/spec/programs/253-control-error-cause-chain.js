const load = () => { throw new Error('disk failure', { cause: { code: 'EIO' } }); };
const parse = () => { try { load(); } catch (cause) { throw new TypeError('cannot parse', { cause }); } };
const chain = [];
try { parse(); } catch (error) {
  for (let e = error; e; e = e.cause) chain.push(e.message ?? e.code);
}
chain;
