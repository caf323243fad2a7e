import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/**
 * Puts script and styles into the page itself, and names their hashes in the page's content security policy: nothing else can
 * run in it, and nothing can be loaded.
 */
export function onePage(): Plugin {
  return {
    name: 'one-page',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = Object.values(bundle).find((file) => file.fileName.endsWith('.html'));
      if (page?.type !== 'asset') throw new Error('there is no page to put things into');
      let script = '';
      let style = '';
      for (const [name, file] of Object.entries(bundle)) {
        if (file === page) continue;
        // Neither may end the element that holds it.
        if (file.type === 'chunk') script += file.code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
        else if (name.endsWith('.css')) style += text(file.source);
        else throw new Error(`${name} is neither script nor style: it cannot be part of the page`);
        // The bundler hands over this object to be changed.
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
        delete bundle[name];
      }

      const policy = [
        "default-src 'none'", `script-src ${hash(script)}`, `style-src ${hash(style)}`, 'font-src data:', 'img-src data:',
        "base-uri 'none'", "form-action 'none'",
      ].join('; ');
      const html = text(page.source)
        .replaceAll(/<script[^>]*src=[^>]*><\/script>|<link[^>]*rel="stylesheet"[^>]*>/g, '')
        .replace('<!--policy-->', () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
        .replace('<!--style-->', () => `<style>${style}</style>`)
        .replace('<!--script-->', () => `<script type="module">${script}</script>`);
      page.source = html;
      page.fileName = 'report.html';
    },
  };
}

function text(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}

function hash(source: string): string {
  return `'sha256-${createHash('sha256').update(source, 'utf8').digest('base64')}'`;
}
