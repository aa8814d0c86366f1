// Package acceptance measures how well package offers/accept tells whether people take offers, on files of answers: of people
// whom the weights never saw, without and with their own earlier answers, beside baselines and published figures. Weights are
// fitted within the run on the training part alone, and their settings chosen inside it. Nothing of the data leaves the run but
// figures.
//
// Each run checks that it is fair: the features of a question stay as they are whatever the person answers from then on.
// docs/quality.md says what the figures mean.
package acceptance
