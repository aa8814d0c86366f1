// Package eval measures how good estimates are: classification, calibration, agreement, and how sure one may be of a figure.
// What is evaluated lives in packages below it. All functions are pure; unless they say otherwise they return NaN for nothing
// to measure.
package eval
