#if canImport(ARKit)
import ARKit
import Foundation

/// What the front camera's face tracking tells, while the app is in front. Pictures never get here; the 52 numbers of a frame
/// are gone when the core has read them. Needs the consent to mood from the face, and NSCameraUsageDescription.
public final class FaceReader: NSObject, ARSessionDelegate {
    /// The core's order: _neutral, which ARKit does not give, then by name, then the tongue.
    static let order: [ARFaceAnchor.BlendShapeLocation] = [
        .browDownLeft, .browDownRight, .browInnerUp, .browOuterUpLeft, .browOuterUpRight, .cheekPuff, .cheekSquintLeft,
        .cheekSquintRight, .eyeBlinkLeft, .eyeBlinkRight, .eyeLookDownLeft, .eyeLookDownRight, .eyeLookInLeft, .eyeLookInRight,
        .eyeLookOutLeft, .eyeLookOutRight, .eyeLookUpLeft, .eyeLookUpRight, .eyeSquintLeft, .eyeSquintRight, .eyeWideLeft,
        .eyeWideRight, .jawForward, .jawLeft, .jawOpen, .jawRight, .mouthClose, .mouthDimpleLeft, .mouthDimpleRight,
        .mouthFrownLeft, .mouthFrownRight, .mouthFunnel, .mouthLeft, .mouthLowerDownLeft, .mouthLowerDownRight,
        .mouthPressLeft, .mouthPressRight, .mouthPucker, .mouthRight, .mouthRollLower, .mouthRollUpper, .mouthShrugLower,
        .mouthShrugUpper, .mouthSmileLeft, .mouthSmileRight, .mouthStretchLeft, .mouthStretchRight, .mouthUpperUpLeft,
        .mouthUpperUpRight, .noseSneerLeft, .noseSneerRight, .tongueOut,
    ]

    public static var isSupported: Bool { ARFaceTrackingConfiguration.isSupported }

    private weak var flaneur: Flaneur?
    private let session = ARSession()
    private var last: TimeInterval = 0
    private static let apart = 0.1 // seconds: ten frames a second tell enough

    public init(_ flaneur: Flaneur) {
        self.flaneur = flaneur
        super.init()
        session.delegate = self
    }

    public func start() {
        if FaceReader.isSupported, flaneur?.mayFeel("face") == true { session.run(ARFaceTrackingConfiguration()) }
    }

    public func stop() { session.pause() }

    public func session(_ session: ARSession, didUpdate anchors: [ARAnchor]) {
        let now = ProcessInfo.processInfo.systemUptime
        guard now - last >= FaceReader.apart, let face = anchors.compactMap({ $0 as? ARFaceAnchor }).first, face.isTracked else { return }
        last = now
        guard let flaneur, flaneur.mayFeel("face") else { return stop() }
        let numbers = [Float(0)] + FaceReader.order.map { face.blendShapes[$0]?.floatValue ?? 0 }
        flaneur.face(numbers.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) })
    }
}
#endif
