const calls = [];
const service = { rate: echo(2), convert(x) { return x * this.rate; }, greet: name => `hi ${name}` };
const logged = new Proxy(service, {
  get(target, key, receiver) {
    const value = Reflect.get(target, key, receiver);
    return typeof value !== 'function' ? value : (...args) => {
      const result = Reflect.apply(value, receiver, args);
      calls.push([key, args, result]);
      return result;
    };
  },
});
logged.convert(echo(21));
logged.greet('Bob');
calls;
