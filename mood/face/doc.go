// Package face reads expressions: the 52 blendshapes that a phone's face tracker gives for each camera frame (ARKit,
// MediaPipe) become FACS action units, these, as differences from the person's own neutral face, a valence and an arousal,
// and at most every ten seconds one [mood.Affect] of source Face. It runs on the phone. Camera images never get here, frames
// are gone when [Reader.Take] returns, and what a Reader keeps is a few sums of the last ten seconds and the resting face.
//
// # What it can and can't know
//
// It reads what a face shows, not what somebody feels. A smile may be politeness, a lowered brow the sun or a hard sentence.
// Where both were measured, the intensities of expression and reported emotion correlate by 0.30 on average (meta-analysis:
// Durán & Fernández-Dols 2021, Emotion 21:1550; see also Barrett et al. 2019, "Emotional expressions reconsidered"). Hence:
//
//   - Confidence never exceeds 0.25. A measurement that correlates by 0.3 has noise of 1/0.3² - 1 = 10 times the variance
//     within a person (0.06), 0.6, and 0.25 turns the estimator's 0.14 for faces into that.
//   - A face at rest gets a fiftieth of that: most faces are at rest most of the time, whatever goes on behind them. A Reader
//     never says "neutral" with conviction.
//   - Low arousal is invisible but for eyes that stay closed. Tired and calm look alike.
//   - Only differences from the person's own resting face count, and only upwards: who has a lowered brow by nature is not
//     read as angry, and who smiles no longer is not read as sad.
//   - Speech moves the mouth for other reasons than feeling: while the jaw moves, what the mouth shows weighs less.
//   - It is as good as the tracker. MediaPipe's eyeWide and noseSneer hardly leave 0 on many faces (its issue 4450), so a
//     surprise may be missed. That is an error on the quiet side.
//   - It can't tell whose face it is: that is for the app to know.
//   - Faces of children, after strokes, with Parkinson's disease or botulinum toxin, and in other cultures may express otherwise
//     than the weights assume. They were not fitted to anybody.
//
// # From blendshapes to affect
//
// [Shape.Unit] is the correspondence of blendshapes and action units as practitioners publish it (Ozel, "ARKit to FACS cheat
// sheet", melindaozel.com; the tracker's makers publish none). FACS: Ekman, Friesen & Hager 2002. Both sides are averaged.
//
// The weights are a prior made by hand, not fitted: the directions are those of the prototypes of EMFACS (Friesen & Ekman
// 1983: joy 6+12, sadness 1+4+15, anger 4+5+7+23, fear 1+2+4+5+7+20+26, disgust 9+15, surprise 1+2+5+26), of facial EMG
// (zygomatic activity rises and corrugator activity falls with pleasantness: Larsen, Norris & Cacioppo 2003) and of Haines et
// al. 2019 (PLoS ONE 14: e0211735: AU 12 and 6 lead positive ratings, AU 4 and others negative ones); their sizes are round
// numbers. An intensity of 1 adds to valence or arousal, each held within [-1, 1]:
//
//	AU  what              valence  arousal  mouth
//	 1  inner brow raised   -0.10
//	 2  outer brow raised            +0.20
//	 4  brow lowered        -0.35    +0.15
//	 5  upper lid raised             +0.35
//	 6  cheek raised        +0.15
//	 9  nose wrinkled       -0.25
//	12  lip corners pulled  +0.45             yes
//	15  lip corners lowered -0.30             yes
//	20  lips stretched               +0.15    yes
//	24  lips pressed        -0.15             yes
//	26  jaw dropped                  +0.25    yes
//	43  eyes closed                  -0.30
//
// AU 43 counts from half a second on: what is shorter is a blink (AU 45).
//
// The neutral face is a running baseline ([baseline.Norm]) of these twelve intensities, over three minutes of face in view.
// What exceeds it teaches it a fifth as fast, as expressions add to a resting face and seldom take away: it takes a quarter of
// an hour for a look that stays to become the resting one. The first 20 seconds of face give nothing. Frames may come at any
// rate from 1 to 120 a second and with gaps; speech and closed eyes can be told from 5 and 2 a second on.
package face
