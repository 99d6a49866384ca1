(async () => {
  const config = { host: 'localhost', port: 8080, debug: false, retry: { times: 3, backoffMs: 100 } };
  const { retry: { times, backoffMs } } = config;
  const waits = Array.from({ length: times }, (_, i) => backoffMs * 2 ** i);
  return { host: `${config.host}:${config.port}`, waits };
})()
