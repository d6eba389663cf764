import { createConnection } from "node:net";

/** A real server: REDIS_URL, or the usual place. */
export const redisURL = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";
/** Whether it is there; tests that need it are skipped without. */
export const redisAnswers = await new Promise<boolean>((resolve) => {
  const { hostname, port } = new URL(redisURL);
  const socket = createConnection({ host: hostname, port: Number(port) || 6379 });
  socket.setTimeout(1000, () => socket.destroy());
  socket.on("connect", () => {
    resolve(true);
    socket.destroy();
  });
  socket.on("error", () => resolve(false));
  socket.on("close", () => resolve(false));
});
