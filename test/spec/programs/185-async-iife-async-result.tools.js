(async () => {
  const config = await lookup('config');
  const { retry: { times, backoffMs } } = config;
  const waits = Array.from({ length: times }, (_, i) => backoffMs * 2 ** i);
  return { host: `${config.host}:${config.port}`, waits };
})()
