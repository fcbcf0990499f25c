export * as actions from './actions/index.js';
export * as addresses from './addresses.js';
export * from './constants.js';
export * from './directory.js';
export * from './errors/index.js';
export * from './events.js';
export * from './generated/index.js';
export * from './group/index.js';
export * from './logs.js';
