const apply = (target, patch) => {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const out = { ...(target && typeof target === 'object' ? target : {}) };
  for (const [k, v] of Object.entries(patch)) v === null ? delete out[k] : (out[k] = apply(out[k], v));
  return out;
};
apply(lookup('config'), { debug: echo(true), retry: { times: null, jitter: 0.5 }, tags: ['x'] });
