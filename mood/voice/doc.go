// Package voice reads how somebody speaks: a few numbers about pitch, loudness, tempo and voice quality that the host app
// measured in a stretch of the person's own speech become, as differences from that person's usual voice, a [mood.Affect] of
// source Voice, at most once a minute. It runs on the phone. Sound and words never get here.
//
// # What it can and can't know
//
// It reads mainly arousal, and that from afar. Valence is hardly in the voice: listeners' ratings of activation could be
// predicted from such numbers, those of valence could not (Laukka, Juslin & Bresin 2005, Cognition & Emotion 19:633). Hence:
//
//   - Confidence never exceeds 0.2. A measurement that correlates by 0.4 with what is felt (an assumption; everyday speech is
//     no acted one) has noise of 1/0.4² - 1 = 5 times the variance within a person (0.16), 0.8, and 0.2 turns the estimator's
//     0.17 for voices into that.
//   - Valence is 0.3, what the estimator expects of anybody, plus at most a little. It says "as usual", not "content".
//   - A cold, noise, a phone held elsewhere, speaking to a child or before an audience all sound like something. A loud place
//     makes people speak up and higher (Lombard): apps should pass on no speech from noisy places.
//   - It must be the person's own voice. This package can't tell; the app has to.
//
// # Where the weights are from
//
// They are a prior made by hand, not fitted to anybody. Names and definitions of the numbers are those of eGeMAPS (Eyben et
// al. 2016, IEEE Transactions on Affective Computing 7:190), see [Prosody]. Each counts in standard deviations from the
// person's own usual, pitch in semitones: differences of sex and age between voices cancel. If all that tells about arousal
// rises by one standard deviation, arousal rises by 0.4, the standard deviation within a person. The directions:
//
//   - Pitch, its spread, level, its spread and rate rise and pauses shrink with arousal: angry, afraid and happy speech against
//     sad and tender one in 104 studies (Juslin & Laukka 2003, Psychological Bulletin 129:770); Goudbeek & Scherer 2010 (JASA
//     128:1322). Under stress, pitch rises by 0.55 standard deviations, 0.17 if corrected for studies that were not published,
//     and less in men (meta-analysis of ten studies: "The fundamental frequency of voice as a potential stress biomarker"):
//     it weighs most and still little.
//   - Jitter rises with negative affect (Kappen et al. 2022, Behavior Research Methods 54:910); noise in the voice goes with
//     valence (Goudbeek & Scherer 2010); happy voices vary more in pitch (review: Kamiloğlu, Fischer & Sauter 2020).
//
// The usual voice is a running baseline ([baseline.Norm]) over 300 stretches of speech. The first eight give nothing.
package voice
