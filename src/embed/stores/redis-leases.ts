import type { KeyValueStore } from "./key-value-store.js";
import { leaseName, noLease } from "./lease-record.js";

/** What is used of `@keyv/redis` and of its client, by shape. */
interface RedisAdapter {
  readonly namespace?: string | undefined;
  getClient(): Promise<{
    eval(
      script: string,
      options: { readonly keys: string[]; readonly arguments: string[] },
    ): Promise<unknown>;
  }>;
}

/** Reads the leases in a hash of Redis, a field each, `until name name …`; those that are over go. Stands before what needs it. */
const read = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local others = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local ends, names = string.match(all[i + 1], '^(%d+)(.*)$')
  if not ends or tonumber(ends) <= now then redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= ARGV[1] then for name in string.gmatch(names, '%S+') do others[name] = true end end
end
local function write(names)
  local ttl = tonumber(ARGV[2])
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + ttl) .. ' ' .. names)
  redis.call('PEXPIRE', KEYS[1], math.max(ttl, redis.call('PTTL', KEYS[1])))
end
`;

const take = `
local free, own, position = {}, {}, 0
for name in string.gmatch(ARGV[3], '%S+') do
  if not others[name] then
    others[name] = true
    free[#free + 1] = position
    own[#own + 1] = name
  end
  position = position + 1
end
if #own > 0 then write(table.concat(own, ' ')) end
return free
`;

const renew = `
write(ARGV[3])
return {}
`;

const release = `return redis.call('HDEL', KEYS[1], ARGV[1])`;

/** Leases where Keyv stands before Redis: one script each, so that it is one step for all processes. */
export function redisLeases(
  keyv: { readonly store?: unknown; readonly namespace?: string | undefined },
  attempt: <T>(what: string, work: () => Promise<T>) => Promise<T>,
): KeyValueStore["lease"] {
  const adapter = keyv.store as Partial<RedisAdapter> | undefined;
  if (typeof adapter?.getClient !== "function") return undefined;
  const { getClient } = adapter as RedisAdapter;
  const hash = [adapter.namespace ?? keyv.namespace, "embedtune-leases"]
    .filter((part) => part !== undefined)
    .join("::");
  return async (keys, ttlMs) => {
    const id = crypto.randomUUID();
    const run = (script: string, names: readonly string[]): Promise<unknown> =>
      attempt("leased", async () => {
        const client = await getClient.call(adapter);
        return client.eval(script, {
          keys: [hash],
          arguments: [id, String(ttlMs), names.join(" ")],
        });
      });
    const names = keys.map(leaseName);
    // An attempt whose answer was lost may have taken it; under the same id it is the same lease.
    const held = ((await run(read + take, names)) as unknown[]).map(Number);
    if (held.length === 0) return noLease;
    const own = held.map((position) => names[position]);
    return {
      held,
      async renew() {
        await run(read + renew, own);
      },
      async release() {
        await run(release, []);
      },
    };
  };
}
