class Config {
  static defaults = { retries: 3 };
  static #instance;
  static names = [];
  static {
    for (const key in Config.defaults) Config.names.push(key.toUpperCase());
  }
  static get instance() { return (Config.#instance ??= new Config({ retries: 5 })); }
  constructor(options) { this.options = { ...Config.defaults, ...options }; }
}
({ same: Config.instance === Config.instance, options: Config.instance.options, names: Config.names });
