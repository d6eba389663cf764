/** Room for one number of single precision, to be seen as its 32 bits. */
export const single = /* @__PURE__ */ new Float32Array(1);
/** The same room. */
export const singleBits = /* @__PURE__ */ new Uint32Array(single.buffer);
