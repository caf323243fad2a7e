import { defineConfig } from 'vite';
import { onePage } from './build/onePage.ts';
import { outline } from './build/outline.ts';

export default defineConfig({
  plugins: [outline(), onePage()],
  build: {
    outDir: process.env['SWITCHYARD_WEB_OUT'] ?? 'dist',
    emptyOutDir: false,
    target: 'es2022',
    cssCodeSplit: false,
    assetsInlineLimit: 1_000_000,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2500,
  },
});
