// swift-tools-version:5.9
import PackageDescription

// Offerkit.xcframework is made from ../offerkit by gomobile: see README.md. It is not part of the repository.
let package = Package(
    name: "Flaneur",
    defaultLocalization: "en",
    platforms: [.iOS(.v15)],
    products: [.library(name: "Flaneur", targets: ["Flaneur"])],
    targets: [
        .binaryTarget(name: "Offerkit", path: "Offerkit.xcframework"),
        .target(name: "Flaneur", dependencies: ["Offerkit"], resources: [.copy("PrivacyInfo.xcprivacy")]),
        .testTarget(name: "FlaneurTests", dependencies: ["Flaneur"]),
    ]
)
