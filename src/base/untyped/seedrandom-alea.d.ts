/** What is used of the package `seedrandom`, whose types know its main file alone. */
declare module "seedrandom/lib/alea.js" {
  export default function alea(seed: string): {
    /** Uniform in [0, 1), 32 bits. */
    quick(): number;
  };
}
