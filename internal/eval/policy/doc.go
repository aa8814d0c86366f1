// Package policy reads a log of decisions and tells what other policies would have brought, by the estimators of offers/trial. It decides
// nothing and sends nothing.
package policy
