// Package ranking measures how well package offers/next tells where people go, on files of visits: live or frozen, with or without
// the time of the visit, beside baselines and published answers. Weights are fitted within the run on the training part alone, and
// their settings chosen on the validation part alone. Nothing of the data leaves the run but figures.
//
// What is known of a question follows docs/quality.md. In live mode every visit before it, in the order of time and, within the
// same time, of the file; in frozen mode the training and validation parts and what the question lists. A run with nothing of the
// same minute stands beside the first.
package ranking
