const options = { retries: 0, name: '', verbose: null, depth: undefined };
options.retries ||= 3;
options.name ??= 'unnamed';
options.verbose ??= true;
options.depth &&= 99;
options.extra ??= (options.count = 1_000);
options;
