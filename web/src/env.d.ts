/// <reference types="vite/client" />
declare module 'virtual:outline' {
  export const land: readonly (readonly number[])[];
  export const borders: readonly (readonly number[])[];
}
