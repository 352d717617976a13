declare module 'bcrypt-pbkdf' {
  const bcrypt: {
    /** Fills `out`; returns 0 on success. */
    pbkdf(
      pass: Uint8Array,
      passLength: number,
      salt: Uint8Array,
      saltLength: number,
      out: Uint8Array,
      outLength: number,
      rounds: number,
    ): number
  }
  // eslint-disable-next-line import-x/no-default-export -- the module is CommonJS
  export default bcrypt
}
