class Client {
  #token = null;
  async login() { this.#token = await 't0k'; return this; }
  async *items() { for (const n of [1, 2, 3]) yield { n, token: this.#token }; }
  static async create() { return new Client().login(); }
}
const client = await Client.create();
const seen = [];
for await (const { n, token } of client.items()) seen.push(`${token}${n}`);
seen.join();
