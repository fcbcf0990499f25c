export * as actions from './actions/index.js';
export * as addresses from './addresses.js';
export * from './constants.js';
export * from './directory.js';
export * from './generated/index.js';
