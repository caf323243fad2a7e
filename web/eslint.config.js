import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// The page shows text that others wrote: nothing here may turn text into markup or code.
const markup = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'document.write'].map((name) => ({
  selector: name === 'document.write'
    ? "CallExpression[callee.object.name='document'][callee.property.name=/^write/]"
    : `MemberExpression[property.name='${name}']`,
  message: 'Text becomes text: use h() of dom.ts.',
}));

export default tseslint.config(
  { ignores: ['dist', 'node_modules'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...markup],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
