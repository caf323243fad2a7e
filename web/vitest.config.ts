import { defineConfig } from 'vitest/config';
import { outline } from './build/outline.ts';

export default defineConfig({
  plugins: [outline()],
  test: { environment: 'happy-dom', include: ['test/**/*.test.ts'], isolate: false, fileParallelism: false },
});
