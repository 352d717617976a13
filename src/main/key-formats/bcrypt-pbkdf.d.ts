declare module 'bcrypt-pbkdf' {
  const bcrypt: {
    /** Fills `out`; answers 0 when it went well. */
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
