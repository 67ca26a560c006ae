/** The bundler takes style sheets; the compiler need only know that they exist. */
declare module '*.css';
