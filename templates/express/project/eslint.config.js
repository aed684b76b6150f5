import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['instance/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'no-unused-vars': ['error', { args: 'none' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'require-await': 'error',
    },
  },
  {
    files: ['conduit/**', 'migrations/**', 'own_tests/**', 'tests/**', 'tools/**', '*.js'],
    languageOptions: { globals: globals.node },
  },
  { files: ['public/**'], languageOptions: { globals: globals.browser } },
];
